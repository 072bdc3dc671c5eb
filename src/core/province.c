// SPDX-License-Identifier: MIT
#include "press/province.h"

#include "press/mem.h"
#include "press/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define EN_DASH "\xe2\x80\x93"

struct place {
        const char *key; /* as place_key() makes it */
        const char *name;
};

/* Sorted by key, as strcmp() does. */
static const struct place provinces[] = {
        {"an giang", "An Giang"},
        {"ba ria vung tau", "Bà Rịa - Vũng Tàu"},
        {"bac giang", "Bắc Giang"},
        {"bac kan", "Bắc Kạn"},
        {"bac lieu", "Bạc Liêu"},
        {"bac ninh", "Bắc Ninh"},
        {"ben tre", "Bến Tre"},
        {"binh dinh", "Bình Định"},
        {"binh duong", "Bình Dương"},
        {"binh phuoc", "Bình Phước"},
        {"binh thuan", "Bình Thuận"},
        {"ca mau", "Cà Mau"},
        {"can tho", "Cần Thơ"},
        {"cao bang", "Cao Bằng"},
        {"da nang", "Đà Nẵng"},
        {"dak lak", "Đắk Lắk"},
        {"dak nong", "Đắk Nông"},
        {"dien bien", "Điện Biên"},
        {"dong nai", "Đồng Nai"},
        {"dong thap", "Đồng Tháp"},
        {"gia lai", "Gia Lai"},
        {"ha giang", "Hà Giang"},
        {"ha nam", "Hà Nam"},
        {"ha noi", "Hà Nội"},
        {"ha tinh", "Hà Tĩnh"},
        {"hai duong", "Hải Dương"},
        {"hai phong", "Hải Phòng"},
        {"hau giang", "Hậu Giang"},
        {"hcm", "Hồ Chí Minh"},
        {"hcmc", "Hồ Chí Minh"},
        {"ho chi minh", "Hồ Chí Minh"},
        {"hoa binh", "Hòa Bình"},
        {"hue", "Huế"},
        {"hung yen", "Hưng Yên"},
        {"khanh hoa", "Khánh Hòa"},
        {"kien giang", "Kiên Giang"},
        {"kon tum", "Kon Tum"},
        {"lai chau", "Lai Châu"},
        {"lam dong", "Lâm Đồng"},
        {"lang son", "Lạng Sơn"},
        {"lao cai", "Lào Cai"},
        {"long an", "Long An"},
        {"nam dinh", "Nam Định"},
        {"nghe an", "Nghệ An"},
        {"ninh binh", "Ninh Bình"},
        {"ninh thuan", "Ninh Thuận"},
        {"phu tho", "Phú Thọ"},
        {"phu yen", "Phú Yên"},
        {"quang binh", "Quảng Bình"},
        {"quang nam", "Quảng Nam"},
        {"quang ngai", "Quảng Ngãi"},
        {"quang ninh", "Quảng Ninh"},
        {"quang tri", "Quảng Trị"},
        {"sai gon", "Hồ Chí Minh"},
        {"soc trang", "Sóc Trăng"},
        {"son la", "Sơn La"},
        {"tay ninh", "Tây Ninh"},
        {"thai binh", "Thái Bình"},
        {"thai nguyen", "Thái Nguyên"},
        {"thanh hoa", "Thanh Hóa"},
        {"thua thien hue", "Thừa Thiên Huế"},
        {"tien giang", "Tiền Giang"},
        {"tphcm", "Hồ Chí Minh"},
        {"tra vinh", "Trà Vinh"},
        {"tuyen quang", "Tuyên Quang"},
        {"vinh long", "Vĩnh Long"},
        {"vinh phuc", "Vĩnh Phúc"},
        {"yen bai", "Yên Bái"},
};

static const struct place regions[] = {
        {"bac trung bo va duyen hai mien trung", "Bắc Trung Bộ và duyên hải miền Trung"},
        {"dong bang song cuu long", "Đồng bằng sông Cửu Long"},
        {"dong bang song hong", "Đồng bằng sông Hồng"},
        {"dong nam bo", "Đông Nam Bộ"},
        {"tay nguyen", "Tây Nguyên"},
        {"trung du va mien nui phia bac", "Trung du và miền núi phía Bắc"},
};

/* Folded, with dots and hyphens as blanks, without the word for what kind of place it is. */
static char *place_key(const char *s)
{
        static const char *const kinds[] = {"tinh ", "thanh pho ", "tp ", "vung "};
        CLEANUP(mem_free) char *blanks = mem_strdup(s);
        CLEANUP(mem_free) char *key = NULL;

        for (char *p = blanks; *p; p++) {
                if (*p == '.' || *p == '-')
                        *p = ' ';
                else if (strncmp(p, EN_DASH, 3) == 0)
                        memset(p, ' ', 3);
        }
        key = text_fold(blanks);
        if (!key)
                return mem_strdup("");
        for (size_t i = 0; i < COUNT_OF(kinds); i++)
                if (strncmp(key, kinds[i], strlen(kinds[i])) == 0)
                        return mem_strdup(key + strlen(kinds[i]));
        return TAKE(key);
}

static int by_key(const void *key, const void *place)
{
        return strcmp(key, ((const struct place *) place)->key);
}

static const char *find(const struct place *v, size_t n, const char *s)
{
        CLEANUP(mem_free) char *key = place_key(s);
        const struct place *found = bsearch(key, v, n, sizeof(*v), by_key);

        return found ? found->name : NULL;
}

static const char *nearest(const struct place *v, size_t n, const char *s)
{
        CLEANUP(mem_free) char *key = place_key(s);
        const char *keys[COUNT_OF(provinces)];
        const char *near;

        for (size_t i = 0; i < n; i++)
                keys[i] = v[i].key;
        near = text_nearest(key, keys, n);
        return near ? find(v, n, near) : NULL;
}

const char *province_find(const char *s)
{
        return find(provinces, COUNT_OF(provinces), s);
}

const char *region_find(const char *s)
{
        return find(regions, COUNT_OF(regions), s);
}

const char *province_nearest(const char *s)
{
        return nearest(provinces, COUNT_OF(provinces), s);
}

const char *region_nearest(const char *s)
{
        return nearest(regions, COUNT_OF(regions), s);
}
