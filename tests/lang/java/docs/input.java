/*
 * License.
 */

package com.example;

/**
 * Adds things.
 *
 * @author nobody
 */
class Docs {
    /** A field. */
    int a; // behind it
    int b;

    // A plain comment.
    void plain() {}

    /// Markdown.
    @Override
    public String toString() {
        /* inside */
        return "/** text */";
    }
}
