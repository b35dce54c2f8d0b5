package io.mirrorneuron.area.webhooks;

import java.util.function.UnaryOperator;

/**
 * What a sender sent.
 *
 * @param body the very bytes, which are what is signed
 * @param header by name; answers null for one that is not there
 */
record Delivery(byte[] body, UnaryOperator<String> header) {

  String header(String name) {
    return header.apply(name);
  }
}
