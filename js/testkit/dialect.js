/**
 * What a dialect is: one provider's wire format, as a table of functions that the provider and the faults call.
 */

/** @typedef {import("./index.js").Call} Call */
/** @typedef {import("./reply.js").StreamEvent} StreamEvent */

/**
 * What a dialect needs to know of its provider.
 * @typedef {object} Settings
 * @property {string} name
 * @property {string} model
 * @property {import("./index.js").FakeProviderOptions["reply"]} reply
 * @property {number} words
 * @property {Record<string, any> | false | undefined} usage
 * @property {string | undefined} apiKey
 * @property {readonly string[]} quirks
 * @property {readonly string[]} refuses
 * @property {boolean | undefined} continues where undefined, as the dialect's real provider does
 */

/**
 * How a dialect's streams are made, for the faults inside them.
 * @typedef {object} StreamFormat
 * @property {(value: string | object) => StreamEvent} event a value as an event: text as it is, anything else as JSON
 * @property {number} errorStatus the status whose error body the stream sends when it fails on its way
 * @property {StreamEvent} ping what keeps an idle connection alive
 * @property {StreamEvent} broken an event whose data lost its tail: no JSON
 * @property {(event: StreamEvent) => boolean} isTerminator whether the event says that the stream is whole
 */

/**
 * @typedef {object} Dialect
 * @property {(status: number, fields?: object, requestId?: string) => object} errorBody
 * @property {StreamFormat} stream
 * @property {(call: Call, settings: Settings) => Promise<import("./reply.js").Reply>} reply
 */

/**
 * The id under which the provider keeps a request.
 * @param {{ n: number }} call
 * @param {{ name: string }} settings
 */
export const requestId = ({ n }, { name }) => `req_${name}_${n}`;
