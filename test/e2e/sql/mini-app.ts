/** The mini-app's own tables: the keys are its own, `btxid` is where a row's id in Bitrix24 belongs. */
export const tables = [
  'cities (id int AUTO_INCREMENT PRIMARY KEY, btxid int UNIQUE, name varchar(255) NOT NULL)',
  `objects (id int AUTO_INCREMENT PRIMARY KEY, btxid int UNIQUE, name varchar(255) NOT NULL, city_id int NOT NULL,
    state varchar(50), FOREIGN KEY (city_id) REFERENCES cities (id))`,
  'violation_categories (id int AUTO_INCREMENT PRIMARY KEY, btxid int UNIQUE, name varchar(255) NOT NULL)',
  `violations (id int AUTO_INCREMENT PRIMARY KEY, btxid int UNIQUE, name varchar(255) NOT NULL, category_id int NOT NULL,
    state varchar(50), FOREIGN KEY (category_id) REFERENCES violation_categories (id))`,
  `users (id int AUTO_INCREMENT PRIMARY KEY, btxid int UNIQUE, first_name varchar(100), last_name varchar(100),
    tg_id bigint NOT NULL, secret_key varchar(64) NOT NULL)`,
];
