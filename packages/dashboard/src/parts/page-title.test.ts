import { describe, expect, it } from "vitest";
import { pageTitle } from "./page-title.tsx";

const node = { tenant: "acme", cluster: "eu", node: "web-1" };

describe("the title of a tab", () => {
  it("says how many findings are open, which page it is, and whose", () => {
    expect(pageTitle({ page: "now" }, "acme", 2)).toBe("(2) Now, acme - Foreshock");
    expect(pageTitle({ page: "fleet" }, "acme", 0)).toBe("Fleet, acme - Foreshock");
    expect(pageTitle({ page: "node", ...node }, "acme", 1)).toBe("(1) web-1, eu, acme - Foreshock");
    const metric = { page: "metric", ...node, metric: "cpu" } as const;
    expect(pageTitle(metric, "acme", undefined)).toBe("cpu on web-1, acme - Foreshock");
    expect(pageTitle({ page: "tenants" }, "acme", 3)).toBe("(3) Tenants - Foreshock");
    expect(pageTitle(undefined, "acme", 0)).toBe("No such page - Foreshock");
  });
});
