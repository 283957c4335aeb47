/* Directory descriptors: listings through the VFS, from the cache, with mounts (VFS-5, VFS-6, VFS-11). */
#include "fake_port.h"
#include "unit.h"
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 400

struct listing {
    uint32_t count;
    char names[NAMES_MAX][NAME_BYTES_MAX + 1];
    uint64_t next_offsets[NAMES_MAX];
    struct directory_record records[NAMES_MAX];
};

/* Reads once; false: the end. */
static bool list_piece(uint64_t cookie, uint64_t length, struct listing *listing)
{
    int64_t bytes = fake_file(cookie, FILE_DIRECTORY_READ, 0, length, 0);
    ck_assert_int_ge(bytes, 0);
    ck_assert_int_le(bytes, (int64_t)length);
    for (int64_t at = 0; at < bytes;) {
        struct directory_record record;
        memcpy(&record, fake_last()->data + at, sizeof record);
        ck_assert_uint_lt(listing->count, NAMES_MAX);
        ck_assert_uint_eq(record.record_bytes % 8, 0);
        strcpy(listing->names[listing->count], (const char *)fake_last()->data + at + sizeof record);
        ck_assert_uint_eq(strlen(listing->names[listing->count]), record.name_bytes);
        listing->next_offsets[listing->count] = record.next_offset;
        listing->records[listing->count++] = record;
        at += record.record_bytes;
    }
    return bytes > 0;
}

static struct listing *list_all(uint64_t cookie, uint64_t length)
{
    struct listing *listing = calloc(1, sizeof *listing);
    while (list_piece(cookie, length, listing)) {
    }
    return listing;
}

static int64_t listing_find(const struct listing *listing, const char *name)
{
    int64_t found = -1;
    for (uint32_t i = 0; i < listing->count; i++) {
        if (strcmp(listing->names[i], name) == 0) {
            ck_assert_int_eq(found, -1); /* once */
            found = i;
        }
    }
    return found;
}

static uint64_t directory_open(const char *path)
{
    ck_assert_int_eq(fake_open(1, path, OPEN_DIRECTORY, 0), 0);
    return fake_opened_cookie();
}

START_TEST(a_listing_has_all_names_and_the_dots_VFS_5)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t d = fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    char name[16];
    for (int i = 0; i < 300; i++) {
        os_format(name, sizeof name, "file%d", i);
        fake_add(server, d, name, TEXT_FILE, 0, 0);
    }
    struct listing *listing = list_all(directory_open("/d"), 500);
    ck_assert_uint_eq(listing->count, 302);
    ck_assert_uint_eq(listing->records[listing_find(listing, ".")].inode, d);
    ck_assert_uint_eq(listing->records[listing_find(listing, "..")].inode, FAKE_TOP);
    for (int i = 0; i < 300; i++) {
        os_format(name, sizeof name, "file%d", i);
        ck_assert_int_ge(listing_find(listing, name), 0);
    }
}
END_TEST

START_TEST(a_second_listing_does_not_reach_the_server_VFS_6)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    uint64_t cookie = directory_open("/");
    uint32_t count = list_all(cookie, 4096)->count;
    ck_assert_uint_eq(count, 5); /* . .. file proc port */
    uint32_t asked = server->asked_all;
    ck_assert_uint_eq(list_all(directory_open("/"), 100)->count, count);
    ck_assert_int_eq(fake_file(cookie, FILE_SEEK, 0, 0, 0), 0);
    ck_assert_uint_eq(list_all(cookie, 4096)->count, count);
    ck_assert_uint_eq(server->asked_all, asked);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/new", ""), 0);
    ck_assert_uint_eq(list_all(directory_open("/"), 4096)->count, count + 1);
    ck_assert_uint_gt(server->asked_all, asked);
}
END_TEST

START_TEST(an_uncacheable_listing_is_asked_for_again_VFS_6)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    server->answer_flags = PORT_ANSWER_UNCACHEABLE;
    ck_assert_uint_eq(list_all(directory_open("/"), 4096)->count, 5);
    uint32_t asked = server->asked[PORT_READDIR];
    ck_assert_uint_eq(list_all(directory_open("/"), 4096)->count, 5);
    ck_assert_uint_eq(server->asked[PORT_READDIR], 2 * asked);
}
END_TEST

START_TEST(offsets_lead_back_to_their_places_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "a", TEXT_FILE, 0, 0);
    fake_add(server, FAKE_TOP, "b", TEXT_FILE, 0, 0);
    fake_add(server, FAKE_TOP, "c", TEXT_FILE, 0, 0);
    uint64_t cookie = directory_open("/");
    struct listing *all = list_all(cookie, 4096);
    for (uint32_t i = 0; i + 1 < all->count; i++) {
        int64_t position = fake_file(cookie, FILE_SEEK, all->next_offsets[i], 0, 0);
        ck_assert_int_eq(position, (int64_t)all->next_offsets[i]);
        struct listing *rest = list_all(cookie, 4096);
        ck_assert_uint_eq(rest->count, all->count - i - 1);
        ck_assert_str_eq(rest->names[0], all->names[i + 1]);
    }
}
END_TEST

START_TEST(mounts_are_listed_once_VFS_10)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "proc", TEXT_DIRECTORY, 0, 0);
    fake_server(1, "other");
    ck_assert_int_eq(fake_mount("other", "/other", 0), 0);
    ck_assert_int_eq(fake_mount("other", "/other", 0), 0);
    struct listing *listing = list_all(directory_open("/"), 4096);
    ck_assert_int_ge(listing_find(listing, "proc"), 0);
    ck_assert_int_ge(listing_find(listing, "other"), 0);
    ck_assert_uint_eq(listing->count, 5);
}
END_TEST

START_TEST(a_buffer_too_small_for_a_name_is_refused)
{
    fake_vfs();
    fake_root_server();
    uint64_t cookie = directory_open("/");
    ck_assert_int_eq(fake_file(cookie, FILE_DIRECTORY_READ, 0, 31, 0), -E_INVAL);
    ck_assert_int_eq(fake_file(cookie, FILE_DIRECTORY_READ, 0, 32, 0), 32);
}
END_TEST

START_TEST(removing_while_listing_reaches_every_name)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t d = fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    char name[16];
    for (int i = 0; i < 100; i++) {
        os_format(name, sizeof name, "file%d", i);
        fake_add(server, d, name, TEXT_FILE, 0, 0);
    }
    uint64_t cookie = directory_open("/d");
    struct listing *listing = calloc(1, sizeof *listing);
    uint32_t done = 0;
    while (list_piece(cookie, 300, listing)) {
        for (; done < listing->count; done++) {
            if (listing->names[done][0] != '.') {
                char path[32];
                os_format(path, sizeof path, "/d/%s", listing->names[done]);
                ck_assert_int_eq(fake_call(1, ROOT_UNLINK, 0, 0, path, ""), 0);
            }
        }
    }
    ck_assert_uint_eq(done, 102);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/d", ""), 0);
    ck_assert_int_eq(fake_file(cookie, FILE_DIRECTORY_READ, 0, 300, 0), -E_NOENT);
}
END_TEST

START_TEST(a_malformed_listing_is_an_error)
{
    for (int kind = 0; kind < 5; kind++) {
        _Alignas(struct directory_record) uint8_t data[sizeof(struct directory_record) + 8] = {0};
        struct directory_record *record = (struct directory_record *)(void *)data;
        *record = (struct directory_record){2, 1, 32, 3, TEXT_FILE};
        memcpy(record->name, "abc", 3);
        record->record_bytes = kind == 0 ? 40 : kind == 1 ? 0 : 32;
        record->name_bytes = kind == 2 ? 9 : 3;
        if (kind == 3) {
            record->name[1] = '/';
        }
        ck_assert_int_eq(vfs_listing_is_sound(data, sizeof data), kind == 4);
    }
}
END_TEST

START_TEST(a_directory_is_no_file)
{
    fake_vfs();
    fake_root_server();
    uint64_t cookie = directory_open("/");
    ck_assert_int_eq(fake_file(cookie, FILE_READ, FILE_POSITION, 10, 0), -E_ISDIR);
    ck_assert_int_eq(fake_file(cookie, FILE_WRITE, FILE_POSITION, 10, 0), -E_BADF);
    ck_assert_int_eq(fake_file(cookie, FILE_CONTROL, 0, 0, 0x5401), -E_NOTTY);
    ck_assert_int_eq(fake_file(cookie, FILE_MAP, 0, 0, 0), -E_NODEV);
    ck_assert_int_eq(fake_file(cookie, FILE_SYNC, 0, 0, 0), 0);
    ck_assert_int_eq(fake_file(cookie, FILE_SEEK, UINT64_MAX, 0, 0), -E_INVAL);
    ck_assert_int_eq(fake_file(cookie, 99, 0, 0, 0), -E_NOSYS);
    ck_assert_int_eq(fake_file(cookie, FILE_STAT, 0, 0, 0), 0);
    ck_assert_int_eq(fake_file(cookie + (1u << 16), FILE_STAT, 0, 0, 0), -E_BADF);
}
END_TEST

START_TEST(as_many_sessions_as_the_limit_and_closing_frees_them)
{
    struct vfs *vfs = fake_vfs();
    struct vfs_place root = vfs_namespace_root(vfs->first_space);
    uint32_t before = root.node->references;
    uint64_t cookie = 0;
    for (uint32_t i = 0; i < VFS_SESSIONS_MAX; i++) {
        cookie = vfs_session_create(vfs, VFS_SESSION_DIRECTORY, root, 0);
        ck_assert_uint_ne(cookie, 0);
    }
    ck_assert_uint_eq(vfs_session_create(vfs, VFS_SESSION_DIRECTORY, root, 0), 0);
    vfs_session_close(vfs, cookie);
    vfs_session_close(vfs, cookie);
    uint64_t again = vfs_session_create(vfs, VFS_SESSION_DIRECTORY, root, 0);
    ck_assert_uint_ne(again, 0);
    ck_assert_uint_ne(again, cookie);
    ck_assert_uint_eq(root.node->references, before + VFS_SESSIONS_MAX);
}
END_TEST

UNIT_MAIN("vfs_directory", a_listing_has_all_names_and_the_dots_VFS_5, a_second_listing_does_not_reach_the_server_VFS_6,
          an_uncacheable_listing_is_asked_for_again_VFS_6, offsets_lead_back_to_their_places_VFS_11,
          mounts_are_listed_once_VFS_10, a_buffer_too_small_for_a_name_is_refused,
          removing_while_listing_reaches_every_name, a_malformed_listing_is_an_error, a_directory_is_no_file,
          as_many_sessions_as_the_limit_and_closing_frees_them)
