/* Raspberry Pi 3. Its firmware, and QEMU's raspi3b, load the image as kernel8.img. */
#include <board.h>
#include <facts.h>

const char board_name[] = "raspi3b";
const struct board_facts board_facts = {.serial_physical = 0x3f201000};
