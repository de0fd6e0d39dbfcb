import type { DeviceReport } from "../../shared/protocol";

/** The best name an adapter gives itself: browsers leave most fields empty. */
export function adapterName({ adapter }: DeviceReport): string {
  const { description, device, vendor, architecture } = adapter;
  if (description !== "") return description;
  const parts = [vendor, architecture || device].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(" ") : "Unnamed adapter";
}
