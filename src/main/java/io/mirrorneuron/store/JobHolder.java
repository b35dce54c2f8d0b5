package io.mirrorneuron.store;

/**
 * Who owns a job.
 *
 * @param epoch rises each time the job is taken over; 0 of one that has ended and is packed
 */
public record JobHolder(String owner, long epoch) {}
