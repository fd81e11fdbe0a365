/** The class that comes with the style sheet of a family of icons, for elements that hold an icon's name; "" for other families. */
export function iconClass(family: string): string {
  if (!/^Material (?:Icons|Symbols)\b/.test(family)) return "";
  const name = family.toLowerCase().replaceAll(" ", "-");
  return `.${name} { ${[
    `font-family: ${JSON.stringify(family)};`,
    "font-weight: normal; font-style: normal; font-size: 24px; line-height: 1; letter-spacing: normal;",
    "text-transform: none; display: inline-block; white-space: nowrap; overflow-wrap: normal; direction: ltr;",
    'font-feature-settings: "liga"; -webkit-font-smoothing: antialiased;',
  ].join(" ")} }`;
}
