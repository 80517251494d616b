// `btflow mcp`: the commands as tools of an AI agent, over stdin and stdout. The SDK is loaded when it
// runs, as no other command needs it.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { text, toggle } from "../command/flags.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { UsageError } from "../errors.ts";
import { COMMANDS } from "./mod.ts";

/** Serves the other commands to an agent. */
export const command: Command = defineCommand({
  name: "mcp",
  summary: "Offer the commands to AI agents as tools, over stdin and stdout (MCP)",
  description:
    "An agent's program starts it and ends it by closing stdin. The tools read; with --allow-write " +
    "they also log, change and delete runs and write files. Files are those below --root, wherever " +
    "links lead. What is given here of experiment and store holds for every call, runs named by id " +
    "included, and which server is used no call can say. docs/agents.md shows how agents are told of it.",
  flags: {
    root: text({
      summary: "The folder whose files may be used",
      value: "DIR",
      fallback: "the working folder",
      completes: "folder",
    }),
    allowWrite: toggle({ summary: "Also offer the tools that write" }),
    experiment: text({
      short: "e",
      summary: "Experiment (name or id) of every call",
      value: "NAME",
      fallback: "each call says its own",
    }),
    ...CONNECTION_FLAGS,
    ...ARTIFACT_HOST_FLAGS,
  },
  examples: [
    { command: "btflow mcp --root results", does: "Read-only tools for the files of a folder" },
    { command: "btflow mcp -e crypto --allow-write", does: "One experiment, to be written to too" },
  ],
  exits: [],
  run: async (context, { flags }) => {
    const { io, run } = context;
    if (io.stdinIsTerminal) {
      throw new UsageError(
        "Cannot serve a terminal: an agent's program starts btflow mcp (see docs/agents.md)",
      );
    }
    const { root, allowWrite, experiment, store, trackingUri, envFile, allowArtifactHost } = flags;
    const told = { root, allowWrite, store, trackingUri, envFile, allowArtifactHost };
    const { defaultStorePath } = await import("../store/mod.ts");
    const { surroundingsOf } = await import("../mcp/surroundings.ts");
    const { surroundings, warnings } = await surroundingsOf(io, told, defaultStorePath);
    for (const warning of warnings) context.warn(warning);
    const settled = {
      allowWrite,
      experiment,
      store: store === undefined ? undefined : surroundings.bounds.store,
      trackingUri,
      allowArtifactHost,
    };
    const { toolsOf } = await import("../mcp/tools.ts");
    const { serve } = await import("../mcp/server.ts");
    const tools = toolsOf(await Promise.all(COMMANDS.map(({ load }) => load())), settled);
    await serve(io, tools, { run, surroundings, settled });
    return {};
  },
});
