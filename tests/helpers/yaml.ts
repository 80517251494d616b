// YAML as GitHub reads it, by Python's reader: a key that stands twice is an error.

import { python } from "./python.ts";
import { runTool } from "./tools.ts";

const READ_YAML = `
import json, sys, yaml
class Strict(yaml.SafeLoader):
    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key twice: {keys}"
        return super().construct_mapping(node, deep)
print(json.dumps(yaml.load(sys.stdin, Strict)))
`;

/** Reads a document; what is in it the caller says. */
export async function readYaml<T>(text: string): Promise<T> {
  const { stdout, stderr, code } = await runTool(python(), ["-c", READ_YAML], { stdin: text });
  if (code !== 0) throw new Error(`Cannot read YAML: ${stderr}`);
  return JSON.parse(stdout) as T;
}
