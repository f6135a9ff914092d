package dev.fanfare.gateway.metrics;

/** Every meter of the gateway: its Prometheus name and what it means. Names follow prometheus.io/docs/practices/naming. */
enum Meter {
    CONNECTIONS("gateway_connections", "Open streams now."),
    OPENED("gateway_connections_opened", "Streams opened."),
    CLOSED("gateway_connections_closed", "Streams closed, by reason."),
    API_REFUSED("gateway_api_refused", "Calls of the API, or parts of them, that were not carried out, by reason."),
    HTTP(
            "gateway_http_requests",
            "HTTP requests answered, by status; a stream counts as 200 (SSE) or 101 (WebSocket)."),
    PUBLISHED("gateway_messages_published", "Messages handed to the fan-out."),
    DELIVERED("gateway_messages_delivered", "Messages handed to a connection's socket or its bounded queue."),
    DROPPED(
            "gateway_messages_dropped",
            "Messages that were not sent: a slow connection's queue was full, or a channel has too many subscribers to tell each who comes."),
    CONFLATED(
            "gateway_messages_conflated",
            "Messages of conflating channels that passed a slow connection by; it gets the newest of each key later."),
    REPLAYED(
            "gateway_history_messages", "Messages clients got from the history of a channel, having missed them live."),
    READS_RETRIED(
            "gateway_history_retries", "Times a subscriber asked again for history, because the engine was too busy."),
    GAPS("gateway_history_gaps", "Times a client was told that messages it missed are no longer kept."),
    CHANNELS("gateway_channels", "Channels somebody subscribed to by name."),
    SUBSCRIPTIONS("gateway_subscriptions", "Subscriptions of all connections to channels and patterns."),
    HISTORY_BYTES("gateway_history_bytes", "What all channels together keep, and idempotency keys."),
    HISTORY_EVICTED(
            "gateway_history_evicted",
            "Messages forgotten before their time, because all history together was too large."),
    ENGINE_CHANNELS(
            "gateway_engine_channels", "Channels the engine knows because somebody wants them or they keep something."),
    CHANNELS_REFUSED(
            "gateway_engine_channels_refused",
            "Times a new channel was refused, because there were as many as there may be."),
    KEYS_EVICTED(
            "gateway_idempotency_keys_evicted",
            "Idempotency keys forgotten before their time, because all together were too large."),
    ENGINE_WAITING("gateway_engine_waiting", "Requests that wait for the engine."),
    QUEUED("gateway_queued_publications", "Publications that wait for an event loop, all loops together."),
    SENT_BYTES("gateway_sent_bytes", "Bytes of delivered messages."),
    COMPRESSED(
            "gateway_publications_compressed",
            "Publications compressed, once for all connections that share the frame."),
    COMPRESSED_FROM("gateway_compression_input_bytes", "Bytes of publications before they were compressed."),
    COMPRESSED_TO("gateway_compression_output_bytes", "Bytes of the frames they became."),
    COMPRESSED_STREAMS(
            "gateway_compressed_connections_opened", "Streams opened whose client takes compressed messages."),
    INFLATE_REFUSED("gateway_inflate_refused", "Compressed messages of clients that were not taken, by reason."),
    SLOW("gateway_slow_connections", "Streams with bytes waiting for their socket, at the last sweep."),
    SLOW_TOTAL(
            "gateway_slow_episodes", "Times a message found the one before it still waiting for the stream's socket."),
    PENDING("gateway_pending_bytes", "Bytes waiting for sockets, at the last sweep."),
    PENDING_MESSAGES("gateway_pending_messages", "Messages and heartbeats waiting for sockets, at the last sweep."),
    BROADCAST(
            "gateway_broadcast_duration_seconds",
            "From handing a message to the shards until the last connection had it."),
    LATENCY(
            "gateway_delivery_latency_seconds",
            "From taking a publication until the last connection of one event loop had it."),
    SKIPPED("gateway_broadcasts_skipped", "Broadcasts a shard replaced by a newer one because it was still busy."),
    TICKS_MISSED(
            "gateway_ticks_missed",
            "Ticks left out because the ticker thread woke too late for them, or because the engine refused them."),
    TICK_INTERVAL("gateway_tick_interval_seconds", "Time between two ticks; missing when there are none."),
    LAG("gateway_event_loop_lag_seconds", "How late an event loop ran its periodic sweep."),
    ACCEPT_PAUSES("gateway_accept_pauses", "Times accepting paused because the system refused a connection."),
    ACCEPT_PAUSED("gateway_accept_paused", "1 while accepting is paused."),
    REFUSED("gateway_connections_refused", "Streams not taken on, by reason."),
    LIMITS("gateway_limits_reached", "Times a client went beyond a limit that ends no stream, by limit."),
    TOKENS("gateway_tokens", "Tokens that were presented, by what became of them."),
    TOKENS_WAITING(
            "gateway_tokens_waiting", "Tokens that wait for keys to be fetched, or for a thread that checks them."),
    KEY_FETCHES("gateway_key_fetches", "Times the keys of an issuer were fetched, by how that ended."),
    KEYS_AGE(
            "gateway_keys_age_seconds",
            "Time since keys were fetched, of the URL where that is longest ago; missing without auth.jwks."),
    REVOCATIONS("gateway_revocations", "Tokens and users that are revoked."),
    HTTP2("gateway_http2_connections", "Connections that speak HTTP/2 now."),
    HTTP2_STREAMS("gateway_http2_streams", "Streams of HTTP/2 that are open now, whatever they carry."),
    HTTP2_ANSWERS(
            "gateway_http2_answer_bytes", "Answers over HTTP/2 that wait for a window or the socket, all together."),
    HTTP2_CLOSED("gateway_http2_connections_closed", "Connections that spoke HTTP/2 and were closed, by reason."),
    HTTP2_RESETS("gateway_http2_streams_reset", "Streams of HTTP/2 the gateway has reset, by error code."),
    HANDSHAKES("gateway_tls_handshakes", "TLS handshakes, by how they ended."),
    CERTIFICATE_EXPIRY(
            "gateway_tls_certificate_expiry_timestamp_seconds",
            "When the first certificate of the chain in use ends, in Unix time; missing without TLS."),
    CERTIFICATE_RELOADS(
            "gateway_tls_certificate_reloads",
            "Times the certificate's files were read again, by result: loaded, or refused because they were broken."),
    REQUEST_TIMEOUTS("gateway_request_timeouts", "Connections closed because no complete request came in time."),
    BODIES("gateway_request_body_bytes", "Request bodies of more than 4 KiB that are held, all together."),
    BODIES_REFUSED(
            "gateway_request_bodies_refused", "Requests refused because too many bytes of request bodies were held."),
    HEAP_LIVE("gateway_heap_live_bytes", "Heap in use after the last collection."),
    HEAP_MAX("gateway_heap_max_bytes", "Heap this JVM may use (-Xmx)."),
    DIRECT_USED("gateway_direct_memory_used_bytes", "Direct memory in use, by the JDK or by Netty."),
    DIRECT_MAX("gateway_direct_memory_max_bytes", "Direct memory this JVM may use (-XX:MaxDirectMemorySize)."),
    TRANSPORT_INFO("gateway_transport_info", "Constant 1; the I/O transport in use."),
    BUILD_INFO("gateway_build_info", "Constant 1; version of the gateway and of Java.");

    final String id;
    final String help;

    Meter(String id, String help) {
        this.id = id;
        this.help = help;
    }
}
