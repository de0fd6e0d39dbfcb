/** A thread that converts rows for the worker of the runtime. */
import { quantizeShare, type Share } from "./quantizeShare";

addEventListener("message", ({ data }: MessageEvent<Share>) => {
  const answer = quantizeShare(data);
  postMessage(answer, { transfer: answer.bytes === null ? [] : [answer.bytes.buffer] });
});
