/** `npm start`: installs what is missing, serves the app and prints its address. Arguments go to Vite: `-- --port 3000`. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensurePackages, ROOT } from "./packages.mjs";

await ensurePackages();
const vite = spawn(process.execPath, [join(ROOT, "node_modules/vite/bin/vite.js"), ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: "inherit",
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => vite.kill(signal));
vite.on("exit", (code) => process.exit(code ?? 0));
