/** Worker end of the protocol: the one place on this side that knows Comlink, and the one that reads navigator.gpu. */
import { expose } from "comlink";
import { createIdbStore } from "./idbStore";
import { createRuntimeHost } from "./runtimeHost";
import { withRecordings } from "./withRecordings";

expose(withRecordings(createRuntimeHost(navigator.gpu, createIdbStore())));
