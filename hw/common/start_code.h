/* START_CODE: a function that nothing calls behind the start, in a file that also has others. The memory of such code
 * is given back by machine_begin, so only code of the same kind may call it; the linker refuses other references.
 * hw/CMakeLists.txt names whole files of this kind. */
#ifndef HW_START_CODE_H
#define HW_START_CODE_H

#define START_CODE __attribute__((section(".text.start_code"), cold))

#endif
