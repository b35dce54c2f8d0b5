/** Ports to a runtime, and their gRPC adapters. The in-process adapters live in {@code runtime}. */
package io.mirrorneuron.client;
