import { spawn } from "node:child_process";

/**
 * Runs a command to its end, its output passing through and nothing to read, so that it can ask nothing.
 * `npm` and `npx` are those that started us, where known: Windows starts them only through a shell.
 * @param {string[]} command @param {Record<string, string>} [environment] Added to this process's own.
 * @returns {Promise<number>} Exit code; 127 when it could not be started.
 */
export function run([program = "", ...rest], environment = {}) {
  const cli = process.env.npm_execpath;
  const isNpm = program === "npm" || program === "npx";
  const useCli = isNpm && cli && /npm-cli\.js$/.test(cli);
  const [file, args] = useCli
    ? [process.execPath, [program === "npm" ? cli : cli.replace(/npm-cli\.js$/, "npx-cli.js"), ...rest]]
    : [program, rest];
  const child = spawn(file, args, {
    stdio: ["ignore", "inherit", "inherit"],
    shell: isNpm && !useCli && process.platform === "win32",
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(127);
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
