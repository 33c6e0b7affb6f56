// The numbers that cross between the driver and the core. The same tables stand in src/wasm/router.rs,
// src/config/surface.rs and src/error.rs; append only.

/** What the driver has to do next. */
export const NONE = 0;
export const SEND = 1;
export const COMMIT = 2;
export const DONE = 3;
export const FAILED = 4;
/** Nothing until the alarm rings: the call waits before its next send. */
export const WAIT = 5;
/** No more is to come of a committed stream, though its connection may still be open. */
export const OVER = 6;
/** Send beside the present send, which is slow. */
export const SECOND = 7;
/** Ask the host whether the call may move to another target. */
export const ASK = 8;
/** Ask the store for a place under the limits that it keeps. */
export const RESERVE = 9;
/** Ask the host's own strategy whom the call is to be sent to. */
export const RANK = 10;
/** Ask the host whom of the present target it leaves. */
export const FILTER = 11;
/** Fetch the files of a request first, whose addresses are the body that was planned. */
export const FETCH = 12;

/** What a request over `fetch` asks for, where it is not a surface. */
export const REFUSED = 0;
export const ANSWERED = 255;

/** What becomes of the events of a stream. */
export const BYTES = 0;
export const OBJECTS = 1;
export const EVENTS = 2;

/** What became of the plan of a body: not made, because the whole body has to be read; made; the deployment cannot serve it. */
export const WHOLE = 0;
export const PLANNED = 1;
export const UNFIT = 2;

/** Surfaces. */
export const CHAT = 1;
export const EMBEDDINGS = 2;

/** The kinds of faults that the driver itself reports. */
export const AUTH = 1;
export const CONNECT = 9;
export const BAD_REQUEST = 12;
export const TOO_LARGE = 13;
export const BAD_REPLY = 14;
export const BUG = 18;
export const UNSUPPORTED = 21;
