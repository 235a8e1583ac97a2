import type { Exchange, ExchangeTiming } from "../backend/backend";

const noTiming: ExchangeTiming = {
  blocked_ms: null,
  dns_ms: null,
  connect_ms: null,
  tls_ms: null,
  send_ms: null,
  wait_ms: null,
  receive_ms: null,
  total_ms: null,
};

type Change = Partial<Omit<Exchange, "timing">> & { timing?: Partial<ExchangeTiming> };

/** A request that went well, for tests and for scenes that need no hub. */
export function exchange({ timing, ...change }: Change): Exchange {
  return {
    id: "1",
    at: "2026-11-26T00:00:00.000Z",
    ended_at: "2026-11-26T00:00:00.020Z",
    method: "GET",
    url: "https://shop.test/",
    resource_type: "document",
    status: 200,
    status_text: "OK",
    protocol: "http/1.1",
    from_cache: false,
    remote_address: "127.0.0.1:443",
    request_headers: [],
    response_headers: [],
    request_body: null,
    response_body: null,
    response_body_missing: null,
    mime: "text/html",
    encoded_bytes: 1_200,
    decoded_bytes: 3_000,
    initiator: null,
    redirected_from: null,
    frame: null,
    failed: null,
    ...change,
    timing: { ...noTiming, ...timing },
  };
}
