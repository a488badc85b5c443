# The tray's menu.

tray-open = Open Tollwatch
tray-quit = Quit
tray-used-up = used up
# $name is cut to fit: OpenRouter · key limit “ci”.
tray-line = { $name } — { $when }
