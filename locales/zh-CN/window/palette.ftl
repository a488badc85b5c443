# 搜索与命令。`also` 是用于查找的其他词语，不显示；英文与拼音也能找到。

palette-title = 搜索
palette-placeholder = 账户、计量项、操作、设置
palette-results = 搜索结果
palette-count = { $count } 项结果 · ↑ ↓ 选择 · Enter 打开 · Esc 关闭
palette-nothing = 没有找到“{ $query }”。

palette-kind-alert = 警报
palette-kind-action = 操作
palette-kind-page = 页面
palette-kind-account = 账户
palette-kind-meter = 计量项
palette-kind-setting = 设置

palette-snooze = 4 小时后提醒：{ $title }
palette-acknowledge = 知悉：{ $title }
palette-add =
    .also = 新建 网关 服务商 密钥 add account tianjia zhanghu
palette-poll = 立即查询所有账户
    .also = 刷新 更新 poll refresh chaxun
palette-demo =
    .also = 演示 试用 demo simulator moniqi
palette-overview =
    .also = 首页 预测 overview runway home zonglan
palette-alerts =
    .also = 通知 历史 alerts jingbao
palette-why =
    .also = 拒绝 诊断 粘贴 错误 why refusal 429
palette-settings =
    .also = 首选项 选项 settings shezhi

palette-notifications = 通知
    .also = 设置 桌面 测试 notifications tongzhi
palette-when = 何时提醒
    .also = 设置 警报 规则 免打扰 灵敏度 alerts quiet
palette-rhythm = 工作日与休息日
    .also = 设置 日历 离开 假期 rhythm calendar
palette-appearance = 外观
    .also = 设置 主题 语言 浅色 深色 appearance waiguan
palette-system = 密钥与启动
    .also = 设置 钥匙串 自动启动 keychain
palette-about = 关于
    .also = 设置 版本 文件夹 历史 about

palette-theme =
    .also = 主题 外观 颜色 theme zhuti
palette-theme-light = 主题：浅色
palette-theme-dark = 主题：深色
palette-theme-system = 主题：跟随系统
palette-language =
    .also = 语言 language english chinese yuyan
palette-language-en = 语言：English
palette-language-zh = 语言：简体中文
palette-language-system = 语言：跟随系统
