// The program of a thread that ends, or never answers, as its task says.

import process from "node:process";
import { hostPort } from "../../lib/host_threads.ts";
import { serve } from "../../lib/threads/serve.ts";

serve(hostPort(), () =>
  Promise.resolve((_, ask) => (task) => {
    switch (task) {
      case "throw":
        setTimeout(() => {
          throw new RangeError("nobody catches this");
        });
        return new Promise(() => {});
      case "exit":
        return process.exit(7);
      case "loop":
        void ask("is it heard?");
        // Whoever hears the question knows that this has begun.
        for (;;);
    }
    return Promise.resolve({ value: `${task} done`, moved: [] });
  }));
