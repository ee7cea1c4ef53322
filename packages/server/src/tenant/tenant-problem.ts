/** A command about tenants or keys that cannot be carried out; the message says what to do instead. */
export class TenantProblem extends Error {
  override readonly name = "TenantProblem";
}
