/** A menu as it was described; roles have no more to them than their name. */
export class Menu {
  static current;
  items;

  constructor(template) {
    this.items = template.map((item) => ({ enabled: true, ...item, submenu: Array.isArray(item.submenu) ? new Menu(item.submenu) : item.submenu }));
  }

  static buildFromTemplate(template) {
    return new Menu(template);
  }

  static setApplicationMenu(menu) {
    Menu.current = menu;
  }

  getMenuItemById(id) {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }
}
