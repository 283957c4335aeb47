/* The console server's tree (mounted by init at /dev/console.d or looked up by name through its port):
 *   tty  the terminal, with line discipline, job control and Linux's terminal controls (TCGETS ... TIOCGWINSZ), valid
 *        if the host gave one; in, out, err  the host's three streams as plain bytes.
 * Inode numbers are fixed: */
#ifndef PROTO_CONSOLE_H
#define PROTO_CONSOLE_H

#define CONSOLE_INODE_ROOT 1u
#define CONSOLE_INODE_TTY 2u
#define CONSOLE_INODE_IN 3u
#define CONSOLE_INODE_OUT 4u
#define CONSOLE_INODE_ERR 5u

#endif
