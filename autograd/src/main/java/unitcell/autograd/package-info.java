/** Variables, the tape and reverse-mode differentiation over the kernel contract. */
package unitcell.autograd;
