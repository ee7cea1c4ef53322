/** The parts of JSON Schema that zod writes for our records. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly description?: string;
}

/** One exported interface (or type) per component, in order of name. @throws on what it cannot print. */
export function printTypes(components: Readonly<Record<string, Schema>>): string {
  const names = Object.keys(components).sort();
  return names.map((name) => printComponent(name, components[name]!)).join("\n");
}

function printComponent(name: string, schema: Schema): string {
  const comment = schema.description === undefined ? "" : `/** ${plain(schema.description)} */\n`;
  if (schema.type === "object" && schema.properties !== undefined) {
    return `${comment}export interface ${name} ${printObject(schema, "")}\n`;
  }
  return `${comment}export type ${name} = ${print(schema, "")};\n`;
}

function print(schema: Schema, indent: string): string {
  const { $ref, enum: values, anyOf, oneOf, type } = schema;
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf("/") + 1);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const either = anyOf ?? oneOf;
  if (either !== undefined) return either.map((part) => print(part, indent)).join(" | ");
  if (Array.isArray(type))
    return type.map((one) => print({ ...schema, type: one }, indent)).join(" | ");
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "number":
    case "integer":
      return "number";
    case "array":
      return printArray(schema, indent);
    case "object":
      return printObject(schema, indent);
    default:
      throw new Error(`cannot print ${JSON.stringify(schema)}`);
  }
}

function printArray({ items, prefixItems }: Schema, indent: string): string {
  if (prefixItems !== undefined) {
    return `readonly [${prefixItems.map((item) => print(item, indent)).join(", ")}]`;
  }
  if (items === undefined || items === false) throw new Error("an array without items");
  const item = print(items, indent);
  return / \| /.test(item) && !item.startsWith("{") ? `readonly (${item})[]` : `readonly ${item}[]`;
}

function printObject(schema: Schema, indent: string): string {
  const { properties, required = [], additionalProperties, propertyNames } = schema;
  if (properties === undefined) {
    if (typeof additionalProperties !== "object") throw new Error("an object of unknown parts");
    const key = propertyNames === undefined ? "string" : print(propertyNames, indent);
    const values = print(additionalProperties, indent);
    const record =
      key === "string" ? `Record<string, ${values}>` : `Partial<Record<${key}, ${values}>>`;
    return `Readonly<${record}>`;
  }
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const comment =
      property.description === undefined ? "" : `${inner}/** ${plain(property.description)} */\n`;
    const mark = required.includes(name) ? "" : "?";
    return `${comment}${inner}readonly ${name}${mark}: ${print(property, inner)};\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

function plain(text: string): string {
  return text.replaceAll("*/", "* /");
}
