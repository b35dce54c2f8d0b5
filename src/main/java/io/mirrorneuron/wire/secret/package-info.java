/**
 * What the author of a manifest calls secret. Start at {@link
 * io.mirrorneuron.wire.secret.MarkedSecrets}.
 */
package io.mirrorneuron.wire.secret;
