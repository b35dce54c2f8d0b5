/** Webhooks that a server sends. Entry: {@code OutboundWebhooks}. */
package io.mirrorneuron.port.webhook;
