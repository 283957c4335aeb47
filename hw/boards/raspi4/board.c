/* Raspberry Pi 4. Its firmware loads the image as kernel8.img. */
#include <board.h>
#include <facts.h>

const char board_name[] = "raspi4";
const struct board_facts board_facts = {.serial_physical = 0xfe201000};
