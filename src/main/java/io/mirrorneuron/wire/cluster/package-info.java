/** What the nodes of a cluster tell of themselves, and what that amounts to. */
package io.mirrorneuron.wire.cluster;
