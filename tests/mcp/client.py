"""Plays calls to `btflow mcp` with the official Python client.

Reads one JSON object from stdin: the server's command, arguments, folder and environment, the mode of
the protocol, and the calls, those of a list at once. Writes what they came to as JSON.
"""

import asyncio
import json
import sys

from mcp import Client, MCPError, StdioServerParameters, stdio_client


def block(content):
    if content.type == "text":
        return {"text": content.text}
    return {"uri": str(content.resource.uri), "mime": content.resource.mime_type, "html": content.resource.text}


async def call(client, one):
    try:
        result = await client.call_tool(one["tool"], one["arguments"])
    except MCPError as error:
        return {"refused": str(error)}
    return {"failed": bool(result.is_error), "blocks": [block(content) for content in result.content]}


async def main():
    play = json.load(sys.stdin)
    server = StdioServerParameters(command=play["command"], args=play["args"], cwd=play["cwd"], env=play["env"])
    answers = []
    async with Client(stdio_client(server), mode=play["mode"]) as client:
        tools = await client.list_tools()
        for turn in play["calls"]:
            if isinstance(turn, list):
                answers.extend(await asyncio.gather(*(call(client, one) for one in turn)))
            else:
                answers.append(await call(client, turn))
        version = client.protocol_version
    listed = [
        {"name": tool.name, "schema": tool.input_schema, "reads": tool.annotations.read_only_hint}
        for tool in tools.tools
    ]
    json.dump({"tools": listed, "answers": answers, "version": version}, sys.stdout)


asyncio.run(main())
