import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { RateKind, RateState } from "../platform/admission.ts";
import type { LightWork } from "../platform/light-work.ts";
import type { Platform, TenantDoor } from "../platform/platform.ts";
import { OverRate } from "../platform/platform-errors.ts";
import type { Scope } from "../tenant/api-key.ts";
import type { KeyHolder, KeyProblem, Keyring } from "../tenant/keyring.ts";
import type { Limits } from "../tenant/limits.ts";
import { addressGroup } from "./connections/address.ts";
import { startedOrLate } from "./connections/start-wait.ts";
import { Problem } from "./problem.ts";
import { rateHeaders } from "./rate-headers.ts";

/** A tenant is well within its limits with so much of its burst left. */
const LIGHT_SHARE = 0.5;

/** What a route needs of the key. */
export type Need = "ingest" | "read" | "manage";

const MAY: Readonly<Record<Scope, readonly Need[]>> = {
  ingest: ["ingest"],
  read: ["read"],
  manage: ["ingest", "read", "manage"],
  operator: ["ingest", "read", "manage"],
};

declare module "fastify" {
  interface FastifyRequest {
    /** Set by the door for every route under /api/v1; null elsewhere. */
    access: Access | null;
    /** Public name of the request's key, as soon as it is known to be one of ours; else null. */
    keyId: string | null;
  }
  interface FastifyContextConfig {
    need?: Need;
    /** True for routes that operators may call without naming a tenant. */
    tenantless?: boolean;
  }
}

/** A tenant that a key may see. */
export interface SeenTenant {
  readonly tenant: string;
  readonly view: TenantDoor | undefined;
}

/** Who asks, and for whom. The only ways from a request to a tenant's data are `view` and `views`. */
export class Access {
  readonly holder: KeyHolder;
  readonly #platform: Platform;
  readonly #tenantId: string | undefined;

  constructor(holder: KeyHolder, platform: Platform, tenantId: string | undefined) {
    this.holder = holder;
    this.#platform = platform;
    this.#tenantId = tenantId;
  }

  /** @throws Problem "tenant_missing" for an operator who named none. */
  get tenantId(): string {
    if (this.#tenantId === undefined) {
      throw new Problem("tenant_missing", "an operator key must name the tenant", {
        hint: "add the header X-Scope-OrgID or ?tenant=",
      });
    }
    return this.#tenantId;
  }

  /** The tenant of this request, if the key may do what is needed. @throws Problem "scope_missing". */
  view(need: Need): TenantDoor {
    this.demand(need);
    return this.#platform.forTenant(this.tenantId);
  }

  /** @throws Problem "scope_missing". */
  demand(need: Need): void {
    if (MAY[this.holder.scope].includes(need)) return;
    throw new Problem("scope_missing", `a key with scope ${this.holder.scope} may not ${need}`, {
      hint: `use a key with scope ${need}`,
    });
  }

  /**
   * Every tenant that is asked about, by name: the key's own or the one that was named, all for operators who
   * name none. Each has a view of its own, undefined until a start has come to it. @throws Problem "scope_missing".
   */
  views(need: Need): readonly SeenTenant[] {
    this.demand(need);
    const platform = this.#platform;
    const own = this.#tenantId;
    return (own === undefined ? platform.tenantIds() : [own]).map((tenant) => ({
      tenant,
      view: platform.isServed(tenant) ? platform.forTenant(tenant) : undefined,
    }));
  }
}

/** The access of a request. @throws when the door did not set it: a mistake of ours, answered 500. */
export function accessOf(request: FastifyRequest): Access {
  if (request.access === null) throw new Error("assertion failed: route without the door's check");
  return request.access;
}

export interface DoorParts {
  readonly platform: Platform;
  readonly keyring: Keyring;
  readonly limits: Limits;
  /** Counts requests that go before others' work; nothing is counted without it. */
  readonly light?: LightWork | undefined;
  /** A good key came over this connection. */
  readonly keySeen: (socket: Socket) => void;
}

const KEY_DETAIL: Readonly<Record<KeyProblem, readonly [detail: string, hint: string]>> = {
  missing: ["no API key was given", "send the header Authorization: Bearer fsk_..."],
  malformed: ["the API key has a wrong shape or checksum", "copy the whole key, fsk_ and 36 more"],
  unknown: ["the API key is not known here", "see `foreshock keys list`"],
  revoked: ["the API key was revoked", "make a new one with `foreshock keys create`"],
  expired: ["the API key has expired", "make a new one with `foreshock keys create`"],
};

/** The hook before every route under /api/v1: key, tenant, scope, request rate; in this order. */
export function door({ platform, keyring, limits, light, keySeen }: DoorParts) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { need, tenantless } = request.routeOptions.config;
    const holder = holderOf(request, keyring, limits);
    keySeen(request.raw.socket);
    const tenantId = tenantOf(request, holder, platform);
    const access = new Access(holder, platform, tenantId);
    request.access = access;
    if (need === undefined)
      throw new Error(`assertion failed: ${request.url} does not say what it needs`);
    access.demand(need);
    if (!platform.ready()) {
      throw new Problem("not_ready", "the server is starting or closing", {
        retryAfterMs: 2000,
        hint: "try again",
      });
    }
    if (tenantId === undefined && tenantless === true) return;
    const { tenantId: asked } = access;
    // Whoever asks early need not ask twice.
    if (!platform.isServed(asked)) await startedOrLate(() => platform.isServed(asked));
    const kind: RateKind = need === "ingest" ? "ingest" : "query";
    const rate = limits.take(access.tenantId, kind, 1);
    grant(rate, reply);
    const isLight = rate.left >= LIGHT_SHARE * rate.burst;
    if (isLight && light !== undefined) countLight(access.tenantId, light, reply);
  };
}

/** The request goes before the work of tenants that ask for more, until it is answered or nobody waits for it. */
function countLight(tenantId: string, light: LightWork, reply: FastifyReply): void {
  light.began(tenantId);
  reply.raw.once("close", () => light.ended(tenantId));
}

/** Says how much is left, and turns away what is too much. @throws OverRate. */
export function grant(rate: RateState, reply: FastifyReply): void {
  reply.headers(rateHeaders(rate));
  if (!rate.granted) throw new OverRate(rate);
}

function holderOf(request: FastifyRequest, keyring: Keyring, limits: Limits): KeyHolder {
  const check = keyring.check(bearer(request.headers.authorization));
  if ("holder" in check) {
    request.keyId = check.holder.keyId;
    return check.holder;
  }
  const address = addressGroup(request.ip);
  request.keyId = check.keyId ?? null;
  const waitMs = limits.refusedFrom(address);
  if (waitMs > 0) {
    throw new Problem("address_blocked", `the address ${address} sent too many refused keys`, {
      retryAfterMs: waitMs,
      hint: "check the key before you try again",
    });
  }
  const [detail, hint] = KEY_DETAIL[check.problem];
  const { problem, keyId, tenantId: tenant } = check;
  request.log.info({ problem, keyId, tenant, address }, "key refused");
  throw new Problem(`key_${check.problem}`, detail, { hint });
}

/** Basic credentials count too, key as password: some senders know nothing else. */
function bearer(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, scheme, rest] = /^(bearer|basic) +(\S+) *$/i.exec(header) ?? [];
  if (rest === undefined) return "?";
  if (scheme?.toLowerCase() === "bearer") return rest;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(rest, "base64").toString("latin1")) ?? [];
  return password ?? "?";
}

/** A key's own tenant; for operators the one they name. Others may repeat their own name only. */
function tenantOf(
  request: FastifyRequest,
  holder: KeyHolder,
  platform: Platform,
): string | undefined {
  const named = namedTenant(request);
  if (holder.tenantId !== undefined) {
    if (named === undefined || named === holder.tenantId) return holder.tenantId;
    throw new Problem("scope_missing", "only operator keys may name a tenant", {
      hint: "leave X-Scope-OrgID and ?tenant= out: the key says whose data it is",
    });
  }
  if (named !== undefined && !platform.tenantIds().includes(named)) {
    throw new Problem("not_found", "no such tenant", { hint: "see /api/v1/tenants" });
  }
  return named;
}

function namedTenant(request: FastifyRequest): string | undefined {
  const header = request.headers["x-scope-orgid"];
  const inQuery = (request.query as { tenant?: unknown } | null)?.tenant;
  const names = [header, inQuery].filter((name) => typeof name === "string");
  if (names.length === 2 && names[0] !== names[1]) {
    throw new Problem("bad_parameter", "X-Scope-OrgID and ?tenant= name different tenants", {
      hint: "give one of them",
    });
  }
  return names[0];
}
