package unitcell.net;

import java.io.IOException;

/** Weights that do not fit a model, with what is missing, too much or of another shape; one line. */
public final class ModelMismatchException extends IOException {
    private static final long serialVersionUID = 1L;

    public ModelMismatchException(String message) {
        super(message);
    }
}
