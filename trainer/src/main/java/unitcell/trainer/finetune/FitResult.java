package unitcell.trainer.finetune;

/**
 * What a fit came to: predictions of its best checkpoint, or of a dummy.
 *
 * @param steps optimiser steps done; 0 for a dummy
 * @param seconds time used
 * @param bestStep step of the checkpoint that predicts
 * @param validationLoss its validation loss; NaN if none
 * @param rows the rows that test, of the data
 * @param predicted [rows, T], in the unit of the labels
 */
record FitResult(
        FitName name,
        long steps,
        double seconds,
        long bestStep,
        double validationLoss,
        int[] rows,
        double[][] predicted) {}
