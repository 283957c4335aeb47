/* Writes where nothing is mapped. */
int main(void)
{
    *(volatile int *)0x123450 = 1;
    return 0;
}
