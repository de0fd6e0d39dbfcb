/** Worker end of the protocol: the one place on this side that knows Comlink, and the one that reads navigator.gpu. */
import { expose } from "comlink";
import { createIdbStore } from "./idbStore";
import { createRuntimeHost } from "./runtimeHost";
import { withRecordings } from "./withRecordings";

const { deviceMemory } = navigator as WorkerNavigator & { readonly deviceMemory?: number };
const memoryBytes = deviceMemory === undefined ? null : deviceMemory * 2 ** 30;

expose(withRecordings(createRuntimeHost(navigator.gpu, createIdbStore(), memoryBytes)));
