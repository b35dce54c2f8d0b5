package io.mirrorneuron.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The bytes of an answer while they arrive; who waits for the next ones for too long gets an error. */
final class PatientBody extends InputStream implements BodySubscriber<InputStream> {
  /** What came of the subscription: bytes, or its end with or without a failure. */
  private record Arrival(List<ByteBuffer> bytes, Throwable failure) {
    boolean isEnd() {
      return bytes.isEmpty();
    }
  }

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final Deque<ByteBuffer> read = new ArrayDeque<>();
  private final Duration silence;
  private Arrival end;
  private Subscription subscription;
  private boolean isClosed;

  PatientBody(Duration silence) {
    this.silence = silence;
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public synchronized void onSubscribe(Subscription given) {
    subscription = given;
    if (isClosed) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    if (bytes.stream().anyMatch(ByteBuffer::hasRemaining)) {
      arrivals.add(new Arrival(bytes, null));
    } else {
      more();
    }
  }

  @Override
  public void onError(Throwable failure) {
    arrivals.add(new Arrival(List.of(), failure));
  }

  @Override
  public void onComplete() {
    arrivals.add(new Arrival(List.of(), null));
  }

  @Override
  public int read() throws IOException {
    return await() ? read.peek().get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!await()) {
      return -1;
    }
    ByteBuffer bytes = read.peek();
    int count = Math.min(length, bytes.remaining());
    bytes.get(target, offset, count);
    return count;
  }

  @Override
  public int available() {
    return read.stream().mapToInt(ByteBuffer::remaining).sum();
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    if (subscription != null) {
      subscription.cancel();
    }
    onError(new IOException("the answer was closed"));
  }

  private synchronized void more() {
    subscription.request(1);
  }

  /** Is there another byte? Waits until that is known. */
  private boolean await() throws IOException {
    while (!read.isEmpty() && !read.peek().hasRemaining()) {
      read.remove();
    }
    while (read.isEmpty() && end == null) {
      Arrival next = arrival();
      if (next.isEnd()) {
        end = next;
      } else {
        next.bytes().stream().filter(ByteBuffer::hasRemaining).forEach(read::add);
        more();
      }
    }
    if (read.isEmpty() && end.failure() != null) {
      throw new IOException(end.failure().getMessage(), end.failure());
    }
    return !read.isEmpty();
  }

  private Arrival arrival() throws IOException {
    try {
      Arrival next = arrivals.poll(silence.toNanos(), TimeUnit.NANOSECONDS);
      if (next == null) {
        close();
        throw new HttpTimeoutException("nothing came for " + silence.toSeconds() + " seconds");
      }
      return next;
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while bytes were awaited");
    }
  }
}
