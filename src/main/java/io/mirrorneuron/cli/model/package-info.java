/** {@code mn model} and its commands, over the HTTP API. */
package io.mirrorneuron.cli.model;
