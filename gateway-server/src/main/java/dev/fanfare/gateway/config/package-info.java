/** Reads settings: file, environment and flags over defaults, with an error that names key, value and what is allowed. */
@NullMarked
package dev.fanfare.gateway.config;

import org.jspecify.annotations.NullMarked;
