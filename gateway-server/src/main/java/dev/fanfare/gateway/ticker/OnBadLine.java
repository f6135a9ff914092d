package dev.fanfare.gateway.ticker;

/** What becomes of a line of a price file that cannot be understood. */
public enum OnBadLine {
    /** Leave it out, count it, keep the first few explanations. */
    SKIP,
    /** Refuse the whole file. */
    FAIL
}
