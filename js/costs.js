// What the core tells of costs.

/** What is not known is no number. @param {number} dollars */
export const amount = (dollars) => (dollars === dollars ? dollars : null);
