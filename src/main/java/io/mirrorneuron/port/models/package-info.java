/** Port: language models of this server. Entry: {@code ModelsPort}. */
package io.mirrorneuron.port.models;
