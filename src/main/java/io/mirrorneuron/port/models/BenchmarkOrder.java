package io.mirrorneuron.port.models;

/**
 * What a model is to answer.
 *
 * @param prompt null for a sentence of the house
 * @param maxTokens at most
 */
public record BenchmarkOrder(String prompt, int maxTokens) {
  public static final int LEAST_TOKENS = 16;
  public static final int MOST_TOKENS = 512;
}
