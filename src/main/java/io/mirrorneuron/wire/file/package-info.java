/** Files as answers: which file, and which part of it a request over HTTP wants. */
package io.mirrorneuron.wire.file;
