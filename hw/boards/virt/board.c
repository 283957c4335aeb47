/* QEMU's virt machine. */
#include <board.h>
#include <facts.h>

const char board_name[] = "virt";
const struct board_facts board_facts = {.serial_physical = 0x09000000, .has_psci = true};
