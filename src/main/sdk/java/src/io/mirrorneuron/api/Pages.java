package io.mirrorneuron.api;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The rows of a long list, whose pages are fetched as they are asked for; each time anew.
 *
 * @param <T> the rows
 */
public final class Pages<T> implements Iterable<T> {
  /** Some rows, and the cursor of those that follow, if any do. */
  record Page<T>(List<T> rows, String next) {}

  private final Function<String, Page<T>> fetch;

  /** Fetches the page behind a cursor; the first behind null. */
  Pages(Function<String, Page<T>> fetch) {
    this.fetch = fetch;
  }

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private Page<T> page;
      private Iterator<T> rows;

      @Override
      public boolean hasNext() {
        while (page == null || !rows.hasNext() && page.next() != null) {
          page = fetch.apply(page == null ? null : page.next());
          rows = page.rows().iterator();
        }
        return rows.hasNext();
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the list is over");
        }
        return rows.next();
      }
    };
  }

  /** {@return the rows one after the other} */
  public Stream<T> stream() {
    return StreamSupport.stream(spliterator(), false);
  }
}
