/** Building the page: elements from names, properties and children. */

/**
 * @param {string} tag with classes, as in "p.note"
 * @param {Record<string, any>} [properties] `on…` are listeners, names with a dash attributes, the rest properties
 * @param {...(Node | string | undefined | false)} children
 * @returns {any}
 */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key.includes("-") || key === "role") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** The element of that id; the page has it. @returns {any} */
export const byId = (id) => document.getElementById(id);

/** Sets a text only when it differs: assistive technology reads what is set. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
