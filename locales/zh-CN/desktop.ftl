# 托盘菜单。

tray-open = 打开 Tollwatch
tray-quit = 退出
tray-used-up = 已用尽
tray-line = { $name } — { $when }
