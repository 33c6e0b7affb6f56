// Edge runtimes other than workerd: they read as Node does, but a timer belongs to its request there, and the number
// of sends is bounded.

import { OwnAlarm } from "../alarm.js";
import { platform as node } from "./node.js";

export const platform = { ...node, subrequests: 45, alarm: () => new OwnAlarm() };
