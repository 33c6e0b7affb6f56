// What is said in one call, kept as text until it is told; only where the host has asked for that.

/** The longest request, and the longest answer, that is kept, in characters or bytes. Of longer ones nothing is. */
const LONGEST = 256 * 1024;

export class Recording {
  /** The request as JSON; `undefined` if it was too long. @type {string | undefined} */
  request;
  /** The answer, if it came whole. @type {string | Uint8Array | undefined} */
  whole;
  /** The answer as it was streamed: lists of chunks as JSON, or bytes of server-sent events. @type {(string | Uint8Array)[]} */
  pieces = [];
  /** How much is kept of the answer. */
  length = 0;
  /** The answer was too long. */
  isCut = false;

  /** @param {string} request */
  constructor(request) {
    if (request.length <= LONGEST) this.request = request;
  }

  /** The answer came whole, or not at all. @param {string | Uint8Array | undefined} answer */
  end(answer) {
    if (answer === undefined) return;
    if (answer.length > LONGEST) this.isCut = true;
    else this.whole = answer;
  }

  /**
   * A part of a stream, as the caller gets it: chunks, or bytes. A copy is kept, for it is the caller's.
   * @template {any[] | Uint8Array | string} Piece
   * @param {Piece} piece
   * @returns {Piece} the same
   */
  add(piece) {
    if (this.isCut || piece.length === 0 || typeof piece === "string") return piece;
    const kept = piece instanceof Uint8Array ? piece.slice() : JSON.stringify(piece);
    this.length += kept.length;
    if (this.length > LONGEST) {
      this.isCut = true;
      this.pieces = [];
    } else this.pieces.push(kept);
    return piece;
  }
}
