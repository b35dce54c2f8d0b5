/** What the node is and has: identity, hardware, summary, resource report. */
package io.mirrorneuron.runtime.cluster;
